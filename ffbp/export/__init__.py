"""A run in forms that leave the dashboard: record, tables, pictures, a page, and code that runs elsewhere."""
