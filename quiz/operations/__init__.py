"""One function = one thing a person does = one transaction. The acting user comes first, the time is passed in."""
