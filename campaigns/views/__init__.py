"""The pages of expenses."""
