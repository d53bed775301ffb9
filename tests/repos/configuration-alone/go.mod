module ship
