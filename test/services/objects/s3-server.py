"""OpenStack Swift with its S3 interface, whole and in one process: a store of one replica in a folder, on loopback.

usage: python3 swift.py FOLDER ACCESS_KEY SECRET_KEY [PORT]

Prints the port of the S3 interface. The user is `ACCOUNT:USER` (the access key) with its secret key.
"""

import logging
import os
import sys

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402

folder, access_key, secret_key = sys.argv[1:4]
port = int(sys.argv[4]) if len(sys.argv) > 4 else 0
account, user = access_key.split(":")


def write(name, text):
    with open(os.path.join(folder, name), "w", encoding="utf8") as file:
        file.write(text)


os.makedirs(os.path.join(folder, "devices", "disk"), exist_ok=True)
write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = test\n[storage-policy:0]\nname = one\ndefault = yes\n")
utils.set_swift_dir(folder)

from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

SERVERS = ("account", "container", "object")
sockets = {name: eventlet.listen(("127.0.0.1", 0)) for name in SERVERS}
sockets["proxy"] = eventlet.listen(("127.0.0.1", port))

for name in SERVERS:
    ring = os.path.join(folder, f"{name}.ring.gz")
    builder = RingBuilder(1, 1, 0)
    address, at = sockets[name].getsockname()
    place = {"region": 1, "zone": 1, "ip": address, "port": at, "device": "disk", "weight": 1}
    builder.add_dev({"id": 0, "replication_ip": address, "replication_port": at, **place})
    builder.rebalance()
    builder.get_ring().save(ring)
    write(
        f"{name}.conf",
        f"[DEFAULT]\nswift_dir = {folder}\ndevices = {folder}/devices\nmount_check = false\n"
        f"[pipeline:main]\npipeline = {name}-server\n[app:{name}-server]\nuse = egg:swift#{name}\n"
        f"recon_cache_path = {folder}\nauto_create_account_prefix = .\n",
    )
write(
    "proxy.conf",
    f"[DEFAULT]\nswift_dir = {folder}\n"
    "[pipeline:main]\npipeline = catch_errors gatekeeper listing_formats s3api tempauth proxy-server\n"
    "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n"
    "[filter:catch_errors]\nuse = egg:swift#catch_errors\n[filter:gatekeeper]\nuse = egg:swift#gatekeeper\n"
    "[filter:listing_formats]\nuse = egg:swift#listing_formats\n"
    "[filter:s3api]\nuse = egg:swift#s3api\nlocation = us-east-1\nallow_multipart_uploads = false\n"
    f"[filter:tempauth]\nuse = egg:swift#tempauth\nuser_{account}_{user} = {secret_key} .admin\n",
)



class Memory:
    """What memcached is for Swift; one process needs no other."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_options):
        return self.kept.get(key)

    def set(self, key, value, **_options):
        self.kept[key] = value

    def delete(self, key, **_options):
        self.kept.pop(key, None)


def remembering(app, memory=Memory()):
    def answer(environment, start_response):
        environment["swift.cache"] = memory
        return app(environment, start_response)

    return answer


quiet = logging.getLogger("quiet")
quiet.disabled = True
for name in (*SERVERS, "proxy"):
    app = loadapp(os.path.join(folder, f"{name}.conf"))
    eventlet.spawn(wsgi.server, sockets[name], remembering(app), log=quiet, log_output=False)
print(sockets["proxy"].getsockname()[1], flush=True)
while True:
    eventlet.sleep(3600)
