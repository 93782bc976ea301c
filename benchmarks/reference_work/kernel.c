/* A single pass over the dossiers, as a compiler makes it: the floor that the interpreted contenders are compared with.
 * Compiled at run time by floor.py with -DUNIT=uint8_t or uint16_t; 1 or more threads, each with counts of its own, added at the end.
 * Counts: received[unit][month][channel], timing[unit][month + the pending][early, on, late], days[turnaround][unit][month + 1]. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const UNIT *unit;
    const uint8_t *channel;
    const int32_t *received, *term, *paused, *ended;
    int64_t begin, end;
    const int32_t *through, *code, *month; /* by day; the last entry is for the pending */
    int32_t first, pending, units, months, longest;
    uint32_t *received_count, *timing_count, *days_count;
    int64_t too_long; /* turnarounds that the table of days cannot hold */
} part;

static void *count(void *argument) {
    part *p = argument;
    const int32_t columns = p->months + 1, longest = p->longest, cells = p->units * columns;
    int64_t too_long = 0;
    for (int64_t i = p->begin; i < p->end; i++) {
        const int32_t r = p->received[i] - p->first;
        const int32_t e = p->ended[i] < 0 ? p->pending : p->ended[i] - p->first;
        const int32_t unit = p->unit[i], start = p->through[r], n = p->term[i] + p->paused[i];
        const int32_t difference = p->code[e] - 2 * (start + n);
        const int32_t timing = (difference >= 0) + (difference > 0);
        const int32_t cell = unit * columns + p->month[e];
        p->received_count[(unit * p->months + p->month[r]) * 3 + p->channel[i]]++;
        p->timing_count[cell * 3 + timing]++;
        int32_t days = p->through[e] - start;
        if (e == p->pending) days = 0;
        if (days >= longest) { too_long++; days = longest - 1; }
        p->days_count[(int64_t)days * cells + cell]++;
    }
    p->too_long = too_long;
    return NULL;
}

static void add(uint32_t *to, const uint32_t *from, int64_t n) {
    for (int64_t i = 0; i < n; i++) to[i] += from[i];
}

/* Returns how many turnarounds were too long, or -1 when there was no memory. */
int64_t tally(const UNIT *unit, const uint8_t *channel, const int32_t *received, const int32_t *term, const int32_t *paused,
              const int32_t *ended, int64_t rows, const int32_t *through, const int32_t *code, const int32_t *month, int32_t first,
              int32_t pending, int32_t units, int32_t months, int32_t longest, uint32_t *received_count, uint32_t *timing_count,
              uint32_t *days_count, int32_t threads) {
    const int64_t nr = (int64_t)units * months * 3, nt = (int64_t)units * (months + 1) * 3, nd = (int64_t)units * (months + 1) * longest;
    part *parts = calloc(threads, sizeof(part));
    pthread_t *ids = calloc(threads, sizeof(pthread_t));
    int64_t too_long = 0;
    if (!parts || !ids) return -1;
    for (int32_t t = 0; t < threads; t++) {
        part p = {unit, channel, received, term, paused, ended, rows * t / threads, rows * (t + 1) / threads, through, code, month,
                  first, pending, units, months, longest, received_count, timing_count, days_count, 0};
        if (t) {
            p.received_count = calloc(nr, sizeof(uint32_t));
            p.timing_count = calloc(nt, sizeof(uint32_t));
            p.days_count = calloc(nd, sizeof(uint32_t));
            if (!p.received_count || !p.timing_count || !p.days_count) return -1;
        }
        parts[t] = p;
        if (t) pthread_create(&ids[t], NULL, count, &parts[t]);
    }
    count(&parts[0]);
    too_long = parts[0].too_long;
    for (int32_t t = 1; t < threads; t++) {
        pthread_join(ids[t], NULL);
        too_long += parts[t].too_long;
        add(received_count, parts[t].received_count, nr);
        add(timing_count, parts[t].timing_count, nt);
        add(days_count, parts[t].days_count, nd);
        free(parts[t].received_count);
        free(parts[t].timing_count);
        free(parts[t].days_count);
    }
    free(parts);
    free(ids);
    return too_long;
}

typedef struct {
    const uint64_t *words;
    int64_t begin, end;
    uint64_t sum;
} span;

static void *read_span(void *argument) {
    span *s = argument;
    uint64_t a = 0, b = 0, c = 0, d = 0;
    int64_t i = s->begin;
    for (; i + 4 <= s->end; i += 4) {
        a += s->words[i];
        b += s->words[i + 1];
        c += s->words[i + 2];
        d += s->words[i + 3];
    }
    for (; i < s->end; i++) a += s->words[i];
    s->sum = a + b + c + d;
    return NULL;
}

/* Reads n words once, with so many threads; the sum is returned so that the reading is not left out. */
uint64_t read_all(const uint64_t *words, int64_t n, int32_t threads) {
    span *spans = calloc(threads, sizeof(span));
    pthread_t *ids = calloc(threads, sizeof(pthread_t));
    uint64_t sum = 0;
    if (!spans || !ids) return 0;
    for (int32_t t = 0; t < threads; t++) {
        span s = {words, n * t / threads, n * (t + 1) / threads, 0};
        spans[t] = s;
        if (t) pthread_create(&ids[t], NULL, read_span, &spans[t]);
    }
    read_span(&spans[0]);
    for (int32_t t = 0; t < threads; t++) {
        if (t) pthread_join(ids[t], NULL);
        sum += spans[t].sum;
    }
    free(spans);
    free(ids);
    return sum;
}
