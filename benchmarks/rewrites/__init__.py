"""How much the mobile form gains over a stock export of the reference, as a whole and per rewrite."""
