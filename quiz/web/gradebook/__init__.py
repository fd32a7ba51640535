"""The grade book of a course."""
