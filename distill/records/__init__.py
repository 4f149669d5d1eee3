"""Values that files hold: the report, the training curve, attempts."""
