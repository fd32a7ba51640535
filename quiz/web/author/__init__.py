"""Banks and questions, as authors see them."""
