/* Golden vectors and your own arrays: ./compare lstm-small.json mine.json [tolerance]
   In these files each array has a line of its own, so no parser of JSON is needed.
   cc -std=c99 -O2 compare.c -lm -o compare */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAYS = 2000, AXES = 8 };
struct array { char name[81]; size_t axes, shape[AXES], size; double *data; };

/* Arrays of a file, the last axis fastest; returns how many. */
static size_t read_arrays(const char *path, struct array *found) {
  FILE *file = fopen(path, "rb");
  char *line = NULL;
  size_t room = 0, length = 0, count = 0;
  if (!file) { perror(path); exit(2); }
  for (int c = fgetc(file); c != EOF && count < ARRAYS; c = fgetc(file)) {
    if (length + 1 >= room && !(line = realloc(line, room = 2 * room + 4096))) exit(2);
    line[length++] = (char)c;
    if (c != '\n') continue;
    line[length] = 0, length = 0;
    struct array a = {.axes = 0, .size = 1};
    char *at = strstr(line, "\": {\"shape\": [");
    if (!at || sscanf(line, "\"%80[^\"]", a.name) != 1) continue;
    for (at += 14; *at != ']' && a.axes < AXES; at += strspn(at, ", "))
      a.size *= a.shape[a.axes++] = strtoul(at, &at, 10);
    if (a.size == 0 || !(a.data = malloc(a.size * sizeof *a.data))) exit(2);
    at = strchr(strstr(at, "\"data\""), '[') + 1;
    for (size_t k = 0; k < a.size; k++, at += strspn(at, ", ")) a.data[k] = strtod(at, &at);
    found[count++] = a;
  }
  free(line), fclose(file);
  return count;
}

/* Prints the entry that is off most, if by more than the tolerance times the largest expected. */
static int differs(const struct array *golden, const struct array *mine, double tolerance) {
  double largest = 0, off = 0;
  size_t at = 0, rest = golden->size;
  if (golden->axes != mine->axes || memcmp(golden->shape, mine->shape, sizeof mine->shape))
    return printf("%s: another shape\n", mine->name), 1;
  for (size_t k = 0; k < golden->size; k++) largest = fmax(largest, fabs(golden->data[k]));
  for (size_t k = 0; k < golden->size; k++) {
    double error = fabs(mine->data[k] - golden->data[k]) / (largest > 0 ? largest : 1);
    if (!(error <= off) && off == off) off = error, at = k; /* NaN is the worst */
  }
  if (off <= tolerance) return 0;
  printf("%s[", mine->name);
  for (size_t k = 0; k < golden->axes; k++)
    printf("%s%zu", k ? ", " : "", at / (rest /= golden->shape[k]) % golden->shape[k]);
  printf("]: %.17g, expected %.17g\n", mine->data[at], golden->data[at]);
  return 1;
}

int main(int count, char **words) {
  static struct array golden[ARRAYS], mine[ARRAYS];
  if (count < 3) return fprintf(stderr, "compare GOLDEN MINE [TOLERANCE]\n"), 2;
  size_t of_golden = read_arrays(words[1], golden), of_mine = read_arrays(words[2], mine);
  double tolerance = count > 3 ? atof(words[3]) : 1e-12;
  int compared = 0, wrong = 0;
  for (size_t k = 0; k < of_mine; k++)
    for (size_t j = 0; j < of_golden; j++)
      if (!strcmp(mine[k].name, golden[j].name)) {
        compared++;
        wrong += differs(&golden[j], &mine[k], tolerance);
      }
  printf("%d arrays compared, %d differ\n", compared, wrong);
  return compared && !wrong ? 0 : 1;
}
