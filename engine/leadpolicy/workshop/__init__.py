"""A room of people: decks of blind cards, ballots, how far they agree, and what they mean."""
