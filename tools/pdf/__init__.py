"""The whole book as one PDF: the built pages are combined into one, which Chromium prints."""
