"""What goes out: events to event sinks, the warehouse's state to state sinks."""
