"""Results of quizzes and grade books."""
