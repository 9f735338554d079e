"""The drawings of the book, of the shapes in `shapes`."""
