"""What a student does: courses, taking a quiz, review, grades."""
