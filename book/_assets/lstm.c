/* An LSTM in C, forward and backward, for a batch of sequences: the equations as plain loops.

   python -m lstm_ref vectors LSTM -o lstm.h         inputs, weights and the right results
   cc -std=c99 -O2 lstm.c -lm -o lstm
   ./lstm > mine.json                                what this program computes
   python -m lstm_ref diagnose mine.json --cell LSTM

   Of lstm.h it reads what an implementation is given, and none of the results. */
#include <math.h>
#include <stdio.h>

#include "lstm.h"

enum { T = LSTM_T, B = LSTM_B, D = LSTM_D, H = LSTM_H };
enum { F, I, C, O }; /* the order of the gates; C is the candidate */

static const double (*const W_x[4])[D] = {lstm_W_fx, lstm_W_ix, lstm_W_cx,
                                          lstm_W_ox};
static const double (*const W_h[4])[H] = {lstm_W_fh, lstm_W_ih, lstm_W_ch,
                                          lstm_W_oh};
static const double (*const bias[4])[1] = {lstm_b_f, lstm_b_i, lstm_b_c,
                                           lstm_b_o};

/* Values over time: slot 0 is the initial state, slot t that of step t. */
static double gate[T + 1][4][H][B], c[T + 1][H][B], h[T + 1][H][B];
/* Gradients, zero at the start; dh, dc: the error on its way back to t. */
static double dW_x[4][H][D], dW_h[4][H][H], db[4][H], dx[T][D][B];
static double dh[H][B], dc[H][B];

static void forward(void) {
  for (int k = 0; k < H; k++)
    for (int s = 0; s < B; s++) {
      h[0][k][s] = lstm_h_0[k][s];
      c[0][k][s] = lstm_c_0[k][s];
    }
  for (int t = 1; t <= T; t++)
    for (int s = 0; s < B; s++) {
      for (int g = 0; g < 4; g++)
        for (int k = 0; k < H; k++) {
          double net = bias[g][k][0];
          for (int j = 0; j < D; j++)
            net += W_x[g][k][j] * lstm_x[t - 1][j][s];
          for (int j = 0; j < H; j++) net += W_h[g][k][j] * h[t - 1][j][s];
          gate[t][g][k][s] = g == C ? tanh(net) : 1 / (1 + exp(-net));
        }
      for (int k = 0; k < H; k++) {
        c[t][k][s] = gate[t][F][k][s] * c[t - 1][k][s];
        c[t][k][s] += gate[t][I][k][s] * gate[t][C][k][s];
        h[t][k][s] = gate[t][O][k][s] * tanh(c[t][k][s]);
      }
    }
}

static void backward(void) {
  for (int k = 0; k < H; k++)
    for (int s = 0; s < B; s++) {
      dh[k][s] = lstm_e_h_T[k][s];
      dc[k][s] = lstm_e_c_T[k][s];
    }
  for (int t = T; t > 0; t--)
    for (int s = 0; s < B; s++) {
      double delta[4][H];
      for (int k = 0; k < H; k++) {
        double f = gate[t][F][k][s], i = gate[t][I][k][s];
        double o = gate[t][O][k][s];
        double candidate = gate[t][C][k][s], tanh_c = tanh(c[t][k][s]);
        double delta_h = dh[k][s] + lstm_e[t - 1][k][s];
        double delta_c = dc[k][s] + delta_h * o * (1 - tanh_c * tanh_c);
        delta[F][k] = delta_c * c[t - 1][k][s] * f * (1 - f);
        delta[I][k] = delta_c * candidate * i * (1 - i);
        delta[C][k] = delta_c * i * (1 - candidate * candidate);
        delta[O][k] = delta_h * tanh_c * o * (1 - o);
        dc[k][s] = delta_c * f;
        dh[k][s] = 0;
      }
      for (int g = 0; g < 4; g++)
        for (int k = 0; k < H; k++) {
          db[g][k] += delta[g][k];
          for (int j = 0; j < D; j++) {
            dW_x[g][k][j] += delta[g][k] * lstm_x[t - 1][j][s];
            dx[t - 1][j][s] += W_x[g][k][j] * delta[g][k];
          }
          for (int j = 0; j < H; j++) {
            dW_h[g][k][j] += delta[g][k] * h[t - 1][j][s];
            dh[j][s] += W_h[g][k][j] * delta[g][k];
          }
        }
    }
}

/* One array of a JSON file; 17 digits are enough for every double. */
static void print(const char *name, const double *value, int steps, int rows, int columns) {
  printf("\"%s\": {\"shape\": [", name);
  if (steps) printf("%d, ", steps);
  printf("%d, %d], \"data\": [%.17g", rows, columns, value[0]);
  for (int k = 1; k < (steps ? steps : 1) * rows * columns; k++) printf(", %.17g", value[k]);
  printf("]},\n");
}

int main(void) {
  forward();
  backward();
  printf("{\n");
  for (int g = 0; g < 4; g++) {
    char name[] = "dW_?x";
    name[3] = "fico"[g];
    print(name, dW_x[g][0], 0, H, D);
    name[4] = 'h';
    print(name, dW_h[g][0], 0, H, H);
    char of_bias[] = {'d', 'b', '_', "fico"[g], 0};
    print(of_bias, db[g], 0, H, 1);
  }
  print("h", h[1][0], T, H, B);
  print("dx", dx[0][0], T, D, B);
  print("dh_0", dh[0], 0, H, B);
  print("dc_0", dc[0], 0, H, B);
  printf("\"cell\": \"LSTM\"\n}\n");
  return 0;
}
