"""What tests build on: networks, tasks, rows and folders by construction, and where things lie."""
