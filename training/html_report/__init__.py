"""Reports for people: one HTML file each, with its charts and without a single request to anywhere."""
