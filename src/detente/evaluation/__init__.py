"""How good: the commands behind `detente evaluate`."""
