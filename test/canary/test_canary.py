"""No victim is told anything but its answers, whatever hostile clients send to a real server beside it."""
import servers
import servers_dns
import servers_http
import servers_modbus
import talk_cassandra
import talk_diameter
import talk_iso8583
import talk_kafka
import talk_mongodb
import talk_users
from canary import SECONDS, CanaryCase
from talk_dns import Dns
from talk_http import Http
from talk_memcached import Memcached
from talk_modbus import Ascii, AsciiGateway, Gateway, Modbus, Rtu
from talk_resp import Resp
from talk_scpi import Scpi, Scripted

# In a short run these take their turn in less; who asks for minutes gets them for each.
TURN = SECONDS / 3 if SECONDS < 60 else SECONDS


class Canary(CanaryCase):
    def test_resp_redis(self):
        self.run_server(Resp, servers.Redis, SECONDS)

    def test_resp_users(self):
        self.run_server(talk_users.Users, talk_users.Redis, TURN)

    def test_mongodb_scripted(self):
        self.run_server(talk_mongodb.Mongodb, talk_mongodb.Server, TURN)

    def test_kafka_scripted(self):
        self.run_server(talk_kafka.Kafka, talk_kafka.Broker, TURN)

    def test_cassandra_scripted(self):
        self.run_server(talk_cassandra.Cassandra, talk_cassandra.Node, TURN)

    def test_diameter_scripted(self):
        self.run_server(talk_diameter.Diameter, talk_diameter.Server, TURN)

    def test_iso8583_scripted(self):
        self.run_server(talk_iso8583.Iso8583, talk_iso8583.Host, TURN)

    def test_memcached_memcached(self):
        self.run_server(Memcached, servers.Memcached, SECONDS)

    def test_http_nginx(self):
        self.run_server(Http, servers_http.Nginx, SECONDS / 5)

    def test_http_apache(self):
        self.run_server(Http, servers_http.Apache, SECONDS / 5)

    def test_http_lighttpd(self):
        self.run_server(Http, servers_http.Lighttpd, SECONDS / 5)

    def test_http_python(self):
        self.run_server(Http, servers_http.Python, SECONDS / 5)

    def test_http_node(self):
        self.run_server(Http, servers_http.Node, SECONDS / 5)

    def test_dns_unbound(self):
        self.run_server(Dns, servers_dns.Unbound, SECONDS / 3)

    def test_dns_recursor(self):
        self.run_server(Dns, servers_dns.Recursor, SECONDS / 3)

    def test_dns_authoritative(self):
        self.run_server(Dns, servers_dns.Authoritative, SECONDS / 3)

    def test_modbus_libmodbus(self):
        self.run_server(Modbus, servers_modbus.Libmodbus, SECONDS)

    def test_scpi_scripted(self):
        self.run_server(Scpi, Scripted, TURN)

    def test_modbus_gateway(self):
        self.run_server(Gateway, servers_modbus.SerialBus, SECONDS)

    def test_modbus_ascii_gateway(self):
        self.run_server(AsciiGateway, servers_modbus.AsciiBus, TURN)

    def test_modbus_rtu_clients(self):
        self.run_server(Rtu, servers_modbus.QuietBus, TURN)

    def test_modbus_ascii_clients(self):
        self.run_server(Ascii, servers_modbus.QuietAsciiBus, TURN)
