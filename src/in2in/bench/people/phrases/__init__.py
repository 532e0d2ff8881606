"""The phrase bank: how every kind of interaction is told, and by whom what is done."""
