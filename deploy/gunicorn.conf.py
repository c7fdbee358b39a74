"""How gunicorn serves Genesis, in the demo and behind nginx alike."""

wsgi_app = "genesis.wsgi:application"
workers = 2
threads = 4
timeout = 30  # longer than the database lets a statement run
graceful_timeout = 10
max_requests = 2000
max_requests_jitter = 200
control_socket_disable = True
# No access log here: nginx writes one, which leaves out the links that open something.
