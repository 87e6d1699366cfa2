"""Which texts are secrets: the rules of detect-secrets, what they lack, and what is allowed."""
