"""CloudWatch's metric alarms, for the embedded AWS.

The base's own evaluation ignores dimensions, missing data, M out of N and metric math. Here a process reads the
alarms, fetches their metrics and sets their state, through public calls; the base then tells the topics.
`base_plugin` is what the base needs for that: its own evaluation off, and metric math kept with the alarm.
"""
