"""What a centre lends to who comes: lodgings, cars, their keys, and the days they are not free."""
