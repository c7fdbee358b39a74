"""The rules of certification: all that changes a standard, an assessment or a certificate.

Each function is one thing that somebody does, in one transaction, with its trace.
They check the state of the records; whether the person may do it is for
`certification.permissions`, asked by the view.
"""
