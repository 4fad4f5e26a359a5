"""The labelled corpus: reading, hydrating, splitting and checking it, training and evaluating on it."""
