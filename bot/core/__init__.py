"""The rules, pure: values and *now* in, values out. No await, clock, random number, SQL or Slack in here."""
