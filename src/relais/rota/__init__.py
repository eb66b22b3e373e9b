"""The weekly relay: offers of weeks, the plan, missions, standbys.

A mission is a doctor on a line for a week, named by its Monday. What may never be (two missions in
one line-week, a doctor in two places) is a constraint of the database.
"""
