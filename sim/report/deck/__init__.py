"""A finished comparison as a PowerPoint deck: native charts, titles that say the finding, made new or refreshed.

story.py says what is on each slide, figures.py holds the numbers of its charts, native.py draws them, place.py puts
them into a template, fields.py names what is ours, refresh.py brings a deck up to date.
"""
