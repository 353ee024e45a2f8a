// A server whose timing is true by construction, to hold a client's measurement against. It streams completions in vLLM's wire
// format, one token an event: the first event leaves TTFT after the request's last byte arrived, each later one ITL after the
// one before it was due. One thread, epoll, a heap of deadlines with nanosecond time-outs.
//
// "Arrived" is the kernel's stamp of the segment that completed the request, so a burst of a thousand requests does not shift
// the truth by the time it takes to read them. What the server itself adds (events that are due together leave one after the
// other) is in the record: it notes the arrival of every request and the departure of every event.
//
//   build: gcc -O2 -Wall -Wextra -o paced_server paced_server.c
//   usage: paced_server [--port P] [--ttft-ms T] [--itl-ms I] [--events N] [--step-ms S] [--late-head] [--chat]
//            [--share-port] [--truth FILE]
//            --port 0 (default) takes a free port; the first line printed is the URL
//            --events 0 (default) sends as many events as the request's max_tokens asks for
//            --itl-ms 0 sends a whole response in one write
//            --step-ms S holds each first event back until the next multiple of S: with an ITL that is a multiple too, all
//            streams get their events at one moment, as from an engine that decodes in batches
//            --late-head sends the head of a response with its first event. Otherwise it goes out at once, the client's kernel
//            owes an acknowledgement for it, and the timers of a thousand of those go off together 40 ms later: they stop
//            this server for half a millisecond, just when first events are due at a TTFT of 50 ms
//            --chat streams chunks of a chat, one for each token and none for the role
//            --share-port lets others of these listen on the same port: connections are spread over them
//   routes: POST /v1/completions and /v1/chat/completions, GET /v1/models, GET /health, GET /truth; everything else is 404
//   SIGTERM, SIGINT or the end of whoever started it writes the record to FILE and ends the server.
//
// The record, from GET /truth or in FILE, is 64-bit words of this machine:
//   "PACEDTR1", realtime_offset_ns, n requests, m events,
//   request_id[n], arrival_ns[n], event_start[n], event_count[n], departure_ns[m]
// Times are CLOCK_MONOTONIC; adding realtime_offset_ns gives CLOCK_REALTIME. request_id is the number at the end of the
// x-request-id header, or -1. Events of one request are event_start and the event_count after it. In Python:
//   words = numpy.fromfile(FILE, numpy.int64); n, m = words[2:4]; columns = numpy.split(words[4:], [n, 2*n, 3*n, 4*n])
//
// For benchmarks only: no pipelining (it closes the connection), and a client that does not read stops everybody.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000, SMALL_BYTES = 4096, LARGEST_REQUEST = 16 << 20, EVENTS_AT_ONCE = 64 };

// ---------------------------------------------------------------- the record

typedef struct {
    int64_t *values;
    size_t count, room;
} Column;

static Column request_ids, arrivals, event_starts, event_counts, departures;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *grown(void *memory, size_t bytes) {
    void *bigger = realloc(memory, bytes);
    if (!bigger) fail("realloc");
    return bigger;
}

static void append(Column *column, int64_t value) {
    if (column->count == column->room) {
        column->room = column->room ? column->room * 2 : 4096;
        column->values = grown(column->values, column->room * sizeof(int64_t));
    }
    column->values[column->count++] = value;
}

static int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

// Distance from the monotonic to the real-time clock: of several readings the one that was interrupted least.
static int64_t realtime_offset_ns(void) {
    int64_t best_width = INT64_MAX, offset = 0;
    for (int i = 0; i < 5; i++) {
        int64_t before = clock_ns(CLOCK_MONOTONIC), real = clock_ns(CLOCK_REALTIME), after = clock_ns(CLOCK_MONOTONIC);
        if (after - before < best_width) {
            best_width = after - before;
            offset = real - (before + best_width / 2);
        }
    }
    return offset;
}

// The record as one block of words; the caller frees it.
static int64_t *build_record(size_t *bytes) {
    const Column *columns[] = {&request_ids, &arrivals, &event_starts, &event_counts, &departures};
    size_t words = 4;
    for (int i = 0; i < 5; i++) words += columns[i]->count;
    int64_t *record = grown(NULL, words * sizeof(int64_t)), *at = record + 4;
    memcpy(record, "PACEDTR1", 8);
    record[1] = realtime_offset_ns();
    record[2] = (int64_t)request_ids.count;
    record[3] = (int64_t)departures.count;
    for (int i = 0; i < 5; i++) {
        if (columns[i]->count) memcpy(at, columns[i]->values, columns[i]->count * sizeof(int64_t));
        at += columns[i]->count;
    }
    *bytes = words * sizeof(int64_t);
    return record;
}

static void write_record(const char *path) {
    size_t bytes;
    int64_t *record = build_record(&bytes);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(record, 1, bytes, file) != bytes || fclose(file)) fail(path);
    free(record);
}

// ---------------------------------------------------------------- connections and their deadlines

typedef struct {
    int fd;
    char *input;         // bytes of the request so far, always followed by a 0
    size_t length, room; // of input
    size_t expected;     // length of head and body together; 0 while the head is incomplete
    int64_t arrived_ns;  // monotonic, of the newest byte
    int64_t due_ns;      // of the next event
    int heap_at;         // place in the heap, -1 if no response is under way
    size_t row;          // of the current request in the record
    int events, sent;    // of the current response
    bool usage;          // whether it ends with a usage event
    int prompt_tokens;
} Connection;

static Connection **heap; // the connection with the earliest due_ns comes first
static int heap_count, heap_room;

static void heap_put(int at, Connection *connection) {
    heap[at] = connection;
    connection->heap_at = at;
}

static void heap_settle(int at) {
    Connection *moving = heap[at];
    for (; at > 0 && heap[(at - 1) / 2]->due_ns > moving->due_ns; at = (at - 1) / 2) heap_put(at, heap[(at - 1) / 2]);
    for (;;) {
        int child = 2 * at + 1;
        if (child + 1 < heap_count && heap[child + 1]->due_ns < heap[child]->due_ns) child++;
        if (child >= heap_count || heap[child]->due_ns >= moving->due_ns) break;
        heap_put(at, heap[child]);
        at = child;
    }
    heap_put(at, moving);
}

static void heap_add(Connection *connection) {
    if (heap_count == heap_room) {
        heap_room = heap_room ? heap_room * 2 : 1024;
        heap = grown(heap, (size_t)heap_room * sizeof *heap);
    }
    heap_put(heap_count++, connection);
    heap_settle(connection->heap_at);
}

static void heap_remove(Connection *connection) {
    int at = connection->heap_at;
    connection->heap_at = -1;
    Connection *last = heap[--heap_count];
    if (last == connection) return;
    heap_put(at, last);
    heap_settle(at);
}

// ---------------------------------------------------------------- what is sent

static int64_t ttft_ns = 50000000, itl_ns = 20000000, step_ns = 1;
static int fixed_events = 0;
static bool late_head = false, share_port = false;

#define OPENING "{\"id\":\"cmpl-0123456789abcdef\",\"object\":\"text_completion\",\"created\":1795158116,\"model\":\"paced\",\"choices\":["
#define CHOICE(finish) \
    "{\"index\":0,\"text\":\" token\",\"logprobs\":null,\"finish_reason\":" finish \
    ",\"stop_reason\":null,\"prompt_token_ids\":null,\"token_ids\":null}]}"
#define CHAT_OPENING \
    "{\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\",\"created\":1795158116,\"model\":\"paced\",\"choices\":["
#define CHAT_CHOICE(finish) \
    "{\"index\":0,\"delta\":{\"content\":\" token\"},\"logprobs\":null,\"finish_reason\":" finish ",\"token_ids\":null}]}"

static const char completion[] = OPENING;
static const char *opening = completion;
static const char HEAD[] =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
static char event_frame[1024], last_frame[1024];
static size_t event_length, last_length;

// One server-sent event as one HTTP chunk; its length.
static size_t frame(char *to, const char *payload) {
    return (size_t)sprintf(to, "%zx\r\ndata: %s\n\n\r\n", strlen(payload) + 8, payload);
}

// Everything after the last token; its length.
static size_t ending(char *to, const Connection *connection) {
    size_t length = 0;
    if (connection->usage) {
        char payload[512];
        sprintf(payload, "%s],\"usage\":{\"prompt_tokens\":%d,\"total_tokens\":%d,\"completion_tokens\":%d}}",
                opening, connection->prompt_tokens, connection->prompt_tokens + connection->events, connection->events);
        length = frame(to, payload);
    }
    length += frame(to + length, "[DONE]");
    return length + (size_t)sprintf(to + length, "0\r\n\r\n");
}

// Send all of it. A full socket buffer is waited for; a broken connection is left for the next read to find.
static void send_all(int fd, const char *data, size_t length) {
    while (length > 0) {
        ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            struct pollfd writable = {.fd = fd, .events = POLLOUT};
            poll(&writable, 1, -1);
            continue;
        }
        if (sent < 0) return;
        data += sent;
        length -= (size_t)sent;
    }
}

static void note_departure(const Connection *connection, int event, int64_t now_ns) {
    departures.values[event_starts.values[connection->row] + event] = now_ns;
    event_counts.values[connection->row] = event + 1;
}

// Send one event, with the ending behind the last one.
static void send_event(Connection *connection) {
    char bytes[2048], *at = bytes;
    if (late_head && connection->sent == 0) at = mempcpy(at, HEAD, sizeof HEAD - 1);
    bool last = ++connection->sent == connection->events;
    at = mempcpy(at, last ? last_frame : event_frame, last ? last_length : event_length);
    if (last) at += ending(at, connection);
    note_departure(connection, connection->sent - 1, clock_ns(CLOCK_MONOTONIC));
    send_all(connection->fd, bytes, (size_t)(at - bytes));
}

// ITL 0: all events in one write.
static void send_everything(Connection *connection) {
    char *bytes = grown(NULL, event_length * (size_t)connection->events + 4096), *at = bytes;
    if (late_head) at = mempcpy(at, HEAD, sizeof HEAD - 1);
    for (; connection->sent < connection->events - 1; connection->sent++) at = mempcpy(at, event_frame, event_length);
    at = mempcpy(at, last_frame, last_length);
    at += ending(at, connection);
    connection->sent++;
    int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < connection->events; i++) note_departure(connection, i, now_ns);
    send_all(connection->fd, bytes, (size_t)(at - bytes));
    free(bytes);
}

static void send_due(void) {
    int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    while (heap_count > 0 && heap[0]->due_ns <= now_ns) {
        Connection *connection = heap[0];
        if (itl_ns == 0) send_everything(connection);
        else send_event(connection);
        if (connection->sent == connection->events) {
            heap_remove(connection);
        } else {
            connection->due_ns += itl_ns; // from when it was due, not from when it left: lateness does not add up
            heap_settle(0);
        }
    }
}

// ---------------------------------------------------------------- what is asked

static void answer(int fd, const char *status, const void *body, size_t length) {
    char head[256];
    int head_length = sprintf(head, "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n", status, length);
    send_all(fd, head, (size_t)head_length);
    send_all(fd, body, length);
}

// The value of a key in the JSON body, by plain search: the bodies of our benchmarks hold no such text elsewhere.
static const char *value_of(const char *body, const char *key) {
    const char *at = strstr(body, key);
    if (!at) return NULL;
    at += strlen(key);
    return at + strspn(at, " :");
}

// Ids in a list of token ids, or words of a text.
static int count_prompt_tokens(const char *body) {
    const char *at = value_of(body, opening == completion ? "\"prompt\"" : "\"content\"");
    int count = 0;
    if (at && *at == '[') {
        for (count = 1; *at && *at != ']'; at++) count += *at == ',';
    } else if (at && *at == '"') {
        bool in_word = false;
        for (at++; *at && *at != '"'; at++) {
            if (*at == '\\' && at[1]) at++;
            count += *at != ' ' && !in_word;
            in_word = *at != ' ';
        }
    }
    return count;
}

static int64_t request_id(const char *head) {
    const char *at = strcasestr(head, "\r\nx-request-id:");
    if (!at) return -1;
    const char *end = strstr(at + 2, "\r\n"), *digits = end;
    while (digits[-1] >= '0' && digits[-1] <= '9') digits--;
    return digits == end ? -1 : atoll(digits);
}

static void start_response(Connection *connection, const char *body) {
    const char *asked = value_of(body, "\"max_tokens\"");
    connection->events = fixed_events ? fixed_events : asked ? atoi(asked) : 16;
    if (connection->events < 1) connection->events = 1;
    connection->sent = 0;
    connection->usage = strstr(body, "\"include_usage\"") != NULL;
    connection->prompt_tokens = count_prompt_tokens(body);
    connection->due_ns = (connection->arrived_ns + ttft_ns + step_ns - 1) / step_ns * step_ns;
    connection->row = arrivals.count;
    append(&request_ids, request_id(connection->input));
    append(&arrivals, connection->arrived_ns);
    append(&event_starts, (int64_t)departures.count);
    append(&event_counts, 0);
    for (int i = 0; i < connection->events; i++) append(&departures, 0);
    if (!late_head) send_all(connection->fd, HEAD, sizeof HEAD - 1);
    heap_add(connection);
}

static void serve(Connection *connection, const char *body) {
    static const char models[] = "{\"object\":\"list\",\"data\":[{\"id\":\"paced\",\"object\":\"model\",\"created\":1795158116,"
                                 "\"owned_by\":\"paced_server\",\"root\":\"paced\",\"parent\":null,\"max_model_len\":1048576}]}";
    static const char unknown[] = "{\"detail\":\"Not Found\"}";
    const char *input = connection->input;
    if (!strncmp(input, "POST /v1/completions ", 21) || !strncmp(input, "POST /v1/chat/completions ", 26)) {
        start_response(connection, body);
    } else if (!strncmp(input, "GET /v1/models ", 15)) {
        answer(connection->fd, "200 OK", models, sizeof models - 1);
    } else if (!strncmp(input, "GET /health ", 12)) {
        answer(connection->fd, "200 OK", "", 0);
    } else if (!strncmp(input, "GET /truth ", 11)) {
        size_t bytes;
        int64_t *record = build_record(&bytes);
        answer(connection->fd, "200 OK", record, bytes);
        free(record);
    } else {
        answer(connection->fd, "404 Not Found", unknown, sizeof unknown - 1);
    }
}

// ---------------------------------------------------------------- reading

// When the bytes of this read arrived, monotonic: now, less the age of the kernel's stamp.
static int64_t arrival_ns(struct msghdr *message) {
    int64_t now_ns = clock_ns(CLOCK_MONOTONIC), real_ns = clock_ns(CLOCK_REALTIME);
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
        struct timespec stamp;
        memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
        int64_t age_ns = real_ns - ((int64_t)stamp.tv_sec * NS_PER_S + stamp.tv_nsec);
        return age_ns > 0 ? now_ns - age_ns : now_ns;
    }
    return now_ns;
}

static ssize_t receive(Connection *connection) {
    if (connection->room - connection->length < SMALL_BYTES) {
        connection->room *= 2;
        connection->input = grown(connection->input, connection->room);
    }
    char control[64];
    struct iovec target = {connection->input + connection->length, connection->room - connection->length - 1};
    struct msghdr message = {.msg_iov = &target, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t received = recvmsg(connection->fd, &message, 0);
    if (received <= 0) return received;
    connection->arrived_ns = arrival_ns(&message);
    connection->length += (size_t)received;
    connection->input[connection->length] = 0;
    return received;
}

static void close_connection(Connection *connection) {
    if (connection->heap_at >= 0) heap_remove(connection);
    close(connection->fd);
    free(connection->input);
    free(connection);
}

static void on_readable(Connection *connection) {
    ssize_t received = receive(connection);
    if (received < 0 && errno == EAGAIN) return;
    bool pipelined = connection->heap_at >= 0; // a request while a response is under way
    if (received <= 0 || pipelined || connection->length > LARGEST_REQUEST) {
        close_connection(connection);
        return;
    }
    if (!connection->expected) {
        const char *end = strstr(connection->input, "\r\n\r\n");
        if (!end) return;
        const char *length = strcasestr(connection->input, "\r\ncontent-length:");
        connection->expected = (size_t)(end + 4 - connection->input) + (length && length < end ? (size_t)atol(length + 17) : 0);
    }
    if (connection->length < connection->expected) return;
    const char *body = strstr(connection->input, "\r\n\r\n") + 4;
    serve(connection, body);
    connection->length = connection->expected = 0;
}

static void accept_all(int listener, int poll_fd) {
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        Connection *connection = calloc(1, sizeof *connection);
        if (!connection) fail("calloc");
        connection->fd = fd;
        connection->heap_at = -1;
        connection->room = 2 * SMALL_BYTES;
        connection->input = grown(NULL, connection->room);
        struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = connection};
        if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &wanted)) fail("epoll_ctl");
    }
}

// ---------------------------------------------------------------- the loop

static volatile sig_atomic_t stopping;

static void on_signal(int number) {
    (void)number;
    stopping = 1;
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (share_port) setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length)) fail("bind");
    if (listen(listener, 65535)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void run(int listener) {
    sigset_t blocked, while_waiting;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &while_waiting); // they come through while it waits, so none is missed
    int poll_fd = epoll_create1(0);
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = NULL};
    if (poll_fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &wanted)) fail("epoll");
    static struct epoll_event ready[EVENTS_AT_ONCE];
    while (!stopping) {
        struct timespec patience, *limit = NULL;
        if (heap_count > 0) {
            int64_t wait_ns = heap[0]->due_ns - clock_ns(CLOCK_MONOTONIC);
            if (wait_ns < 0) wait_ns = 0;
            patience = (struct timespec){wait_ns / NS_PER_S, wait_ns % NS_PER_S};
            limit = &patience;
        }
        int count = epoll_pwait2(poll_fd, ready, EVENTS_AT_ONCE, limit, &while_waiting);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.ptr) on_readable(ready[i].data.ptr);
            else accept_all(listener, poll_fd);
        }
        send_due();
    }
}

int main(int count, char **words) {
    int port = 0;
    const char *truth_path = NULL;
    const struct option known[] = {
        {"port", required_argument, NULL, 'p'},   {"ttft-ms", required_argument, NULL, 't'},
        {"itl-ms", required_argument, NULL, 'i'}, {"events", required_argument, NULL, 'e'},
        {"truth", required_argument, NULL, 'f'},  {"late-head", no_argument, NULL, 'l'},
        {"step-ms", required_argument, NULL, 's'}, {"chat", no_argument, NULL, 'c'},
        {"share-port", no_argument, NULL, 'o'},
        {NULL, 0, NULL, 0},
    };
    for (int c; (c = getopt_long(count, words, "", known, NULL)) != -1;) {
        switch (c) {
        case 'p': port = atoi(optarg); break;
        case 't': ttft_ns = (int64_t)(atof(optarg) * 1e6); break;
        case 'i': itl_ns = (int64_t)(atof(optarg) * 1e6); break;
        case 'e': fixed_events = atoi(optarg); break;
        case 'f': truth_path = optarg; break;
        case 'l': late_head = true; break;
        case 'o': share_port = true; break;
        case 'c': opening = CHAT_OPENING; break;
        case 's': step_ns = (int64_t)(atof(optarg) * 1e6); break;
        default:
            fprintf(stderr, "usage: paced_server [--port P] [--ttft-ms T] [--itl-ms I] [--events N] [--step-ms S] [--late-head] "
                            "[--chat] [--share-port] [--truth FILE]\n");
            return 2;
        }
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    prctl(PR_SET_TIMERSLACK, 1); // wake when asked to, not up to 50 µs later
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    bool chat = opening != completion;
    event_length = frame(event_frame, chat ? CHAT_OPENING CHAT_CHOICE("null") : OPENING CHOICE("null"));
    last_length = frame(last_frame, chat ? CHAT_OPENING CHAT_CHOICE("\"length\"") : OPENING CHOICE("\"length\""));
    run(listen_on(port));
    if (truth_path) write_record(truth_path);
    return 0;
}
