"""What runs in the browser: JavaScript and styles, and which files make up which component. Imports nothing of ffbp."""
