"""How requests are received, checked and answered, whatever they are for."""
