"""Making, editing and publishing quizzes."""
