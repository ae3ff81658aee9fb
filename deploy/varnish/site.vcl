# What differs from site to site: where delivery is, what it is called, who may purge, and with which secret.

backend default {
    .host = "127.0.0.1";
    .port = "8001";
    .first_byte_timeout = 140s;    # a cold render may take RENDER_SECONDS + HEAVY_RENDER_SECONDS, and a little
    .probe = { .url = "/healthz"; .interval = 5s; .timeout = 2s; }
}

acl purgers {
    "localhost";
}

# The host of DELIVERY_URL, one name for all links to images: a made-up Host must not make copies that no purge finds.
# Remote sources are asked for on the hosts given to accounts (`manage.py list_hosts`): name these in the pattern.
sub site_host {
    if (req.url ~ "^/cdn-cgi/image/" && req.http.Host ~ "(?i)^(img\.example\.com|www\.example\.com)(:[0-9]+)?$") {
        set req.http.Host = std.tolower(regsub(req.http.Host, ":[0-9]+$", ""));
    } else {
        set req.http.Host = "img.example.net";
    }
}

# PURGE_SECRET.
sub site_secret {
    set req.http.X-Secret-Expected = "change me";
}
