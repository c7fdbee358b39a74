"""What is done to people's files: each function is one thing that somebody does.

They check the state of the records, write in one transaction and leave a trace;
whether the person may do it is for `beneficiaries.permissions`, asked by the view.
"""
