"""What runs from the queue. Every job that calls Slack: read, call, save under lock, look again."""
