"""The pages of customers and their orders."""
