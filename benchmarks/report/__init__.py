"""Records as one page that anybody can read: what was measured, beside what was claimed, published and predicted."""
