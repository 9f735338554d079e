"""What training needs: a read-out with its loss, and an optimiser."""
