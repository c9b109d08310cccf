/* A libmodbus server that allows so many connections and resets others, and a client that uses all functions that it has.
   modbus server PORT CONNECTIONS [SILENT_AFTER] | modbus client PORT ROUNDS SLOT | modbus exception PORT | modbus read PORT */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static void reset(int s)
{
    struct linger at_once = {1, 0};
    setsockopt(s, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(s);
}

static int serve(int port, int connections, int silent_after)
{
    modbus_t* ctx = modbus_new_tcp("127.0.0.1", port);
    modbus_mapping_t* map = modbus_mapping_new(1000, 1000, 1000, 1000);
    int listener = modbus_tcp_listen(ctx, 8), most = listener, open = 0, asked = 0;
    fd_set all;
    /* how long it sleeps, serving nobody, before it says that it does not know a function */
    modbus_set_response_timeout(ctx, 0, 1000);
    FD_ZERO(&all);
    FD_SET(listener, &all);
    for (int i = 0; i < 1000; ++i)
    {
        map->tab_input_bits[i] = i & 1;
        map->tab_input_registers[i] = (uint16_t)(i * 3);
    }
    puts("listens");
    fflush(stdout);
    for (;;)
    {
        fd_set ready = all;
        if (select(most + 1, &ready, NULL, NULL, NULL) < 0)
            return 1;
        for (int s = 0; s <= most; ++s)
        {
            uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
            int size;
            if (!FD_ISSET(s, &ready))
                continue;
            if (s == listener)
            {
                int next = accept(listener, NULL, NULL);
                if (next < 0)
                    return 1;
                if (open >= connections)
                {
                    reset(next);
                    continue;
                }
                ++open;
                FD_SET(next, &all);
                most = next > most ? next : most;
                continue;
            }
            modbus_set_socket(ctx, s);
            size = modbus_receive(ctx, query);
            if (size < 0)
            {
                FD_CLR(s, &all);
                close(s);
                --open;
            }
            else if (size > 0 && (silent_after < 0 || asked++ < silent_after))
                modbus_reply(ctx, query, size, map);
        }
    }
}

#define CHECK(what)                                                                                                    \
    if (!(what))                                                                                                       \
    return fprintf(stderr, "slot %d round %d: %s: %s\n", slot, i, #what, modbus_strerror(errno)), 1

static int ask(int port, int rounds, int slot)
{
    modbus_t* ctx = modbus_new_tcp("127.0.0.1", port);
    modbus_set_response_timeout(ctx, 20, 0);
    modbus_set_slave(ctx, 1);
    if (modbus_connect(ctx) < 0)
        return 1;
    const int at = slot * 40;
    for (int i = 0; i < rounds; ++i)
    {
        uint16_t words[8], back[8];
        uint8_t bits[8], bits_back[8], id[64];
        for (int k = 0; k < 8; ++k)
        {
            words[k] = (uint16_t)(slot * 1000 + i + k);
            bits[k] = (uint8_t)((slot + i + k) & 1);
        }
        CHECK(modbus_write_registers(ctx, at, 8, words) == 8);
        CHECK(modbus_read_registers(ctx, at, 8, back) == 8 && memcmp(words, back, sizeof(back)) == 0);
        CHECK(modbus_write_register(ctx, at + 9, words[3]) == 1);
        CHECK(modbus_write_and_read_registers(ctx, at + 10, 8, words, at + 9, 8, back) == 8 && back[0] == words[3] &&
              back[1] == words[0]);
        CHECK(modbus_mask_write_register(ctx, at + 9, 0x00ff, 0) == 1);
        CHECK(modbus_read_registers(ctx, at + 9, 1, back) == 1 && back[0] == (words[3] & 0x00ff));
        CHECK(modbus_write_bits(ctx, at, 8, bits) == 8);
        CHECK(modbus_read_bits(ctx, at, 8, bits_back) == 8 && memcmp(bits, bits_back, 8) == 0);
        CHECK(modbus_write_bit(ctx, at + 9, 1) == 1);
        CHECK(modbus_read_input_bits(ctx, at, 8, bits_back) == 8 && bits_back[1] == 1 && bits_back[0] == 0);
        CHECK(modbus_read_input_registers(ctx, at, 8, back) == 8 && back[0] == at * 3);
        CHECK(modbus_report_slave_id(ctx, sizeof(id), id) > 2 && memcmp(id + 2, "LMB", 3) == 0);
        CHECK(modbus_read_registers(ctx, 999, 8, back) == -1 && errno == EMBXILADD);
    }
    modbus_close(ctx);
    modbus_free(ctx);
    return 0;
}

/* One request that a silent server never answers: says which exception came. */
static int wait_for_exception(int port)
{
    uint16_t word;
    modbus_t* ctx = modbus_new_tcp("127.0.0.1", port);
    modbus_set_response_timeout(ctx, 20, 0);
    if (modbus_connect(ctx) < 0 || modbus_read_registers(ctx, 0, 1, &word) != -1)
        return 1;
    puts(modbus_strerror(errno));
    return 0;
}

/* The first input registers of unit 1. */
static int read_three(int port)
{
    uint16_t words[3];
    modbus_t* ctx = modbus_new_tcp("127.0.0.1", port);
    modbus_set_response_timeout(ctx, 20, 0);
    modbus_set_slave(ctx, 1);
    if (modbus_connect(ctx) < 0 || modbus_read_input_registers(ctx, 0, 3, words) != 3)
        return 1;
    printf("%d %d %d\n", words[0], words[1], words[2]);
    return 0;
}

int main(int argc, char** argv)
{
    if (argc >= 4 && strcmp(argv[1], "server") == 0)
        return serve(atoi(argv[2]), atoi(argv[3]), argc > 4 ? atoi(argv[4]) : -1);
    if (argc >= 5 && strcmp(argv[1], "client") == 0)
        return ask(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
    if (argc >= 3 && strcmp(argv[1], "exception") == 0)
        return wait_for_exception(atoi(argv[2]));
    if (argc >= 3 && strcmp(argv[1], "read") == 0)
        return read_three(atoi(argv[2]));
    return 2;
}
