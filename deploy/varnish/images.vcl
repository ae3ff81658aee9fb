# The edge in front of delivery: keeps public pictures, forgets by tag or URL, and never brings back what was purged.
# It answers from what it keeps only while it has a lease, which the platform's worker renews.
#
#   varnishd -a :80 -f deploy/varnish/images.vcl -p vcl_path=deploy/varnish -s malloc,1g
#
#   varnishncsa -a -w /var/log/varnish/images.log -D \
#       -F '%{%s}t %{Varnish:vxid}x %{Varnish:handling}x %s %b %{Host}i %U'
#
# The second writes what `manage.py ingest_edge_log` reads, for accounts to see what was served here.
# Needs varnish-modules (xkey, var). Edit site.vcl beside this file; PURGE_BACKEND=varnish tells the platform.
# Its back end is delivery itself, without ACCEL_PREFIX; TLS is ended before it.
vcl 4.1;

import std;
import var;
import xkey;

include "site.vcl";

sub vcl_recv {
    call site_host;
    if (req.method == "PURGE" || req.method == "LEASE") {
        call platform_only;
    }
    if (req.method == "PURGE") {
        call purge_by_tag_or_url;
    }
    if (req.method == "LEASE") {
        call take_lease;
    }
    if (req.method == "OPTIONS") {
        return (pass);
    }
    # Delivery reads no bodies: what hides in one must not get as far as its connection.
    if (req.method != "GET" && req.method != "HEAD") {
        return (synth(405));
    }
    # A part is GET's alone (RFC 9110 §14.2); of an answer without a body Varnish would say that there is none.
    if (req.method == "HEAD") {
        unset req.http.Range;
    }
    # Signed answers belong to whom the link was given. `private` would keep them out too; this spares a look-up.
    if (req.url ~ "[?&]sig=") {
        return (pass);
    }
    # Without a signature a query means nothing, and must not make copies; a remote source's is the source's own.
    # What hosts of an account's own have before a link leads to the same picture: one copy, and one URL to purge.
    if (req.url !~ "^/cdn-cgi/image/") {
        set req.url = regsub(regsub(req.url, "\?.*$", ""), "^/cdn-cgi/imagedelivery/", "/");
    }
    call normalise_accept;
    unset req.http.Cookie;
    # Nobody vouches for what is kept here: a purge may have been missed.
    if (std.real(var.global_get("leased_until"), 0.0) < std.time2real(now, 0.0)) {
        return (pass);
    }
    return (hash);
}

# What was kept in an earlier epoch cannot be found in this one, nor what is still being fetched for it.
sub vcl_hash {
    hash_data(var.global_get("epoch"));
}

# Three kinds of browser, so three copies of a picture, however many Accept headers there are. `q=0` refuses a type.
sub normalise_accept {
    unset req.http.X-Accept;
    if (req.http.Accept ~ "image/avif\s*(,|$|;(?!\s*q=0(\.0*)?\s*(,|$)))") {
        set req.http.X-Accept = "image/avif,";
    }
    if (req.http.Accept ~ "image/webp\s*(,|$|;(?!\s*q=0(\.0*)?\s*(,|$)))") {
        set req.http.X-Accept = req.http.X-Accept + "image/webp";
    }
    unset req.http.Accept;
    if (req.http.X-Accept) {
        set req.http.Accept = req.http.X-Accept;
        unset req.http.X-Accept;
    }
}

sub platform_only {
    call site_secret;
    if (client.ip !~ purgers || req.http.X-Purge-Secret != req.http.X-Secret-Expected) {
        return (synth(403, "Forbidden"));
    }
}

# LEASE with `X-Lease-Until: 1764313200` (unix seconds) and `X-Lease-Epoch: 7`; an earlier epoch than the one it has
# is refused. Without them the node only says where it stands.
sub take_lease {
    if (req.http.X-Lease-Epoch) {
        if (std.integer(req.http.X-Lease-Epoch, 0) < std.integer(var.global_get("epoch"), 0)) {
            return (synth(409, "An earlier epoch"));
        }
        var.global_set("epoch", req.http.X-Lease-Epoch);
        var.global_set("leased_until", req.http.X-Lease-Until);
    }
    return (synth(200, "Leased"));
}

# PURGE with the header `Surrogate-Key: i-12 v-3` forgets everything under these tags, without it the one URL;
# `X-Purge-Account: a-1` says whose they are.
sub purge_by_tag_or_url {
    # A hundred fences, by the end of an account's number, lest one that purges all day keeps all others' pictures
    # from being stored. Not one for each: such variables are a list, which is gone through for every hit.
    set req.http.X-Fence = regsub(req.http.X-Purge-Account, "^a-[0-9]*?([0-9]{1,2})$", "\1");
    var.global_set("purged_at " + req.http.X-Fence, "" + std.time2real(now, 0.0));
    if (!req.http.Surrogate-Key) {
        return (purge);
    }
    set req.http.X-Purged = xkey.purge(req.http.Surrogate-Key);
    return (synth(200, "Purged " + req.http.X-Purged));
}

sub vcl_backend_fetch {
    unset bereq.body;
    set bereq.http.X-Began = "" + std.time2real(now, 0.0);
}

sub vcl_backend_response {
    # What is private, or could never be purged, is everybody's own to fetch, and nobody waits for another's.
    if (beresp.http.Cache-Control !~ "public" || !beresp.http.Surrogate-Key || beresp.http.X-Accel-Redirect) {
        unset beresp.http.Surrogate-Key;
        set beresp.uncacheable = true;
        set beresp.ttl = 120s;
        return (deliver);
    }
    # A purge passes over what is still being fetched. So what began before the last one here may be old: it is
    # fetched again, and after two tries delivered to who waits for it, and kept for nobody.
    set beresp.http.X-Fence = regsub(beresp.http.Surrogate-Key, "^(?:.* )?a-[0-9]*?([0-9]{1,2})(?: .*)?$", "\1");
    set beresp.http.X-Purged-At = var.global_get("purged_at " + beresp.http.X-Fence);
    unset beresp.http.X-Fence;
    if (std.real(beresp.http.X-Purged-At, 0.0) >= std.real(bereq.http.X-Began, 0.0)) {
        if (bereq.retries < 2) {
            return (retry);
        }
        set beresp.ttl = 0s;
        set beresp.grace = 0s;
        set beresp.keep = 0s;
    }
    unset beresp.http.X-Purged-At;
    set beresp.http.xkey = beresp.http.Surrogate-Key;
    unset beresp.http.Surrogate-Key;
    # These tell of one request, and will be given to many.
    unset beresp.http.X-Request-Id;
    unset beresp.http.Server-Timing;
}

sub vcl_deliver {
    # What is kept was another request's answer, and took another's time.
    if (obj.hits > 0) {
        unset resp.http.X-Request-Id;
        unset resp.http.Server-Timing;
    }
    unset resp.http.xkey;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
}

# Errors of the edge's own look like delivery's (catalogue §4.13); browsers may keep them no more than those.
sub vcl_synth {
    set resp.body = resp.reason;
    if (resp.status == 405) {
        set resp.http.Allow = "GET, HEAD, OPTIONS";
        set resp.http.Cf-Resized = "err=9424";
        set resp.body = "ERROR 9424: the method is not allowed";
    }
    if (req.method == "LEASE" && resp.status == 200) {
        set resp.http.X-Lease-Epoch = var.global_get("epoch");
        set resp.http.X-Lease-Clock = "" + std.time2real(now, 0.0);
    }
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    set resp.http.Cache-Control = "no-store";
    set resp.http.X-Content-Type-Options = "nosniff";
    unset resp.http.X-Varnish;
    return (deliver);
}

sub vcl_backend_error {
    set beresp.http.Cf-Resized = "err=9518";
    set beresp.http.Content-Type = "text/plain; charset=utf-8";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.X-Content-Type-Options = "nosniff";
    set beresp.http.Retry-After = "1";
    set beresp.body = "ERROR 9518: Internal connection error";
    return (deliver);
}
