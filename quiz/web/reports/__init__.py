"""Results of quizzes, and what they say about the questions."""
