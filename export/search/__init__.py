"""``--search``: finding what must stay float in an int8 artifact."""
