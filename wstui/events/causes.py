"""Why a connection ended: the closed list of causes, with the words a person reads.

The names are part of the command line's JSON and of every export; they never change. ``words`` is
what the verdict card and the narration say.
"""

from enum import StrEnum


class Cause(StrEnum):
    """A cause of an ending, as the verdict names it."""

    STILL_OPEN = "still_open"
    CLIENT_CLOSED = "client_closed"
    SERVER_CLOSED_NORMAL = "server_closed_normal"
    SERVER_GOING_AWAY = "server_going_away"
    SERVER_RESTART = "server_restart"
    IDLE_TIMEOUT_PROXY = "idle_timeout_proxy"
    IDLE_TIMEOUT_SERVER = "idle_timeout_server"
    KEEPALIVE_TIMEOUT_SERVER = "keepalive_timeout_server"
    KEEPALIVE_TIMEOUT_CLIENT = "keepalive_timeout_client"
    PROTOCOL_ERROR_SERVER = "protocol_error_server"
    PROTOCOL_ERROR_CLIENT = "protocol_error_client"
    MESSAGE_TOO_BIG = "message_too_big"
    UNSUPPORTED_DATA = "unsupported_data"
    POLICY_OR_AUTH = "policy_or_auth"
    INTERNAL_SERVER_ERROR = "internal_server_error"
    SERVER_CRASH = "server_crash"
    CONNECTION_RESET = "connection_reset"
    NETWORK_LOST = "network_lost"
    LIFETIME_LIMIT = "lifetime_limit"
    SERVICE_PRIVATE_CODE = "service_private_code"
    HANDSHAKE_REJECTED_HTTP = "handshake_rejected_http"
    HANDSHAKE_NOT_WEBSOCKET = "handshake_not_websocket"
    HANDSHAKE_BAD_ACCEPT = "handshake_bad_accept"
    DNS_FAILURE = "dns_failure"
    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_HOSTNAME = "tls_hostname"
    TLS_EXPIRED = "tls_expired"
    TLS_FAILURE = "tls_failure"
    SUBPROTOCOL_MISMATCH = "subprotocol_mismatch"
    NO_CLOSE_REPLY = "no_close_reply"
    OVERLOADED_TRY_AGAIN = "overloaded_try_again"
    BACKEND_UNAVAILABLE = "backend_unavailable"
    REDIRECTED = "redirected"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """The cause in plain words, without a full stop."""
        return _WORDS[self]


_WORDS: dict[Cause, str] = {
    Cause.STILL_OPEN: "still open",
    Cause.CLIENT_CLOSED: "closed by this client",
    Cause.SERVER_CLOSED_NORMAL: "closed normally by the server",
    Cause.SERVER_GOING_AWAY: "the server is going away",
    Cause.SERVER_RESTART: "the service restarts",
    Cause.IDLE_TIMEOUT_PROXY: "idle timeout at the proxy",
    Cause.IDLE_TIMEOUT_SERVER: "idle timeout at the server",
    Cause.KEEPALIVE_TIMEOUT_SERVER: "the server missed our heartbeat",
    Cause.KEEPALIVE_TIMEOUT_CLIENT: "nobody answered our heartbeat",
    Cause.PROTOCOL_ERROR_SERVER: "the server broke the protocol",
    Cause.PROTOCOL_ERROR_CLIENT: "the server says that we broke the protocol",
    Cause.MESSAGE_TOO_BIG: "a message was too big",
    Cause.UNSUPPORTED_DATA: "a kind of data that is not supported",
    Cause.POLICY_OR_AUTH: "refused by policy or authorization",
    Cause.INTERNAL_SERVER_ERROR: "internal error at the server",
    Cause.SERVER_CRASH: "the server ended TCP without a Close frame",
    Cause.CONNECTION_RESET: "the connection was reset",
    Cause.NETWORK_LOST: "the network was lost",
    Cause.LIFETIME_LIMIT: "the connection reached its maximum age",
    Cause.SERVICE_PRIVATE_CODE: "closed with the service's own code",
    Cause.HANDSHAKE_REJECTED_HTTP: "the upgrade was refused over HTTP",
    Cause.HANDSHAKE_NOT_WEBSOCKET: "the endpoint does not speak WebSocket",
    Cause.HANDSHAKE_BAD_ACCEPT: "the server's accept key is wrong",
    Cause.DNS_FAILURE: "the host name was not found",
    Cause.CONNECTION_REFUSED: "nobody listens there",
    Cause.CONNECT_TIMEOUT: "no answer in time",
    Cause.TLS_UNTRUSTED: "the certificate is not trusted",
    Cause.TLS_HOSTNAME: "the certificate is for another host",
    Cause.TLS_EXPIRED: "the certificate has expired",
    Cause.TLS_FAILURE: "the TLS handshake failed",
    Cause.SUBPROTOCOL_MISMATCH: "no common subprotocol",
    Cause.NO_CLOSE_REPLY: "our Close frame was never answered",
    Cause.OVERLOADED_TRY_AGAIN: "the service is overloaded",
    Cause.BACKEND_UNAVAILABLE: "the proxy did not reach its backend",
    Cause.REDIRECTED: "redirected elsewhere",
    Cause.UNKNOWN: "not known",
}
