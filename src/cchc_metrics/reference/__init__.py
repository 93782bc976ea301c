"""Where and when: the working calendar, periods, units and rules."""
