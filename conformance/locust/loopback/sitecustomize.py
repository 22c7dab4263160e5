"""Makes one host name mean 127.0.0.1 in a Python process, as a Service's name means its pod in a cluster.

Python reads this by itself when the folder is on PYTHONPATH. It is for machines on which nobody may have a
private /etc/hosts. Locust looks the name up twice: by `socket.getaddrinfo`, to choose between IPv4 and IPv6,
and in libzmq, which is C and asks nobody here, so that the name is replaced before it gets there.
"""

import os
import socket

import zmq.sugar.socket

NAME = os.environ["PODGRAFT_LOOPBACK_NAME"]
look_up, connect = socket.getaddrinfo, zmq.sugar.socket.Socket.connect


def getaddrinfo(host, *arguments, **options):
    return look_up("127.0.0.1" if host == NAME else host, *arguments, **options)


def connect_to(self, address):
    return connect(self, address.replace(f"//{NAME}:", "//127.0.0.1:"))


socket.getaddrinfo = getaddrinfo
zmq.sugar.socket.Socket.connect = connect_to
