"""Quiz engine: banks of questions, quizzes drawn from them, scores and what they mean.

Only the version stands here, so that importing a part of the kernel stays light.
"""

__version__ = "0.1.0"
