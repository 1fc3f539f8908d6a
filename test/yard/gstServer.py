"""An RTSP server that nobody here wrote: GStreamer's, with digest authentication. Started by gstreamer.ts.

Reads one JSON line with what to serve, prints one JSON line with the port when it listens, and ends with its standard
input. Credentials come over standard input alone.
"""
import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402


def protect(server, factory, user, password):
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(user, password, token)
    server.set_auth(auth)


def main():
    plan = json.loads(sys.stdin.readline())
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(plan["host"])
    server.set_service(str(plan["port"]))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(plan["pipeline"])
    factory.set_shared(True)
    if plan["user"] is not None:
        protect(server, factory, plan["user"], plan["password"])
    server.get_mount_points().add_factory(plan["path"], factory)
    if server.attach(None) == 0:
        print(json.dumps({"reason": "the port is not to be had"}), flush=True)
        return
    loop = GLib.MainLoop()

    def wait_for_end():
        sys.stdin.read()
        GLib.idle_add(loop.quit)

    threading.Thread(target=wait_for_end, daemon=True).start()
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    loop.run()


main()
