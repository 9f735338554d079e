// Golden vectors and your own arrays: java Compare.java lstm-small.json mine.json [tolerance]
// In these files each array has a line of its own, so no library is needed. Java 17 or newer.
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class Compare {
  /** data: the last axis fastest. */
  record Numbers(int[] shape, double[] data) {}

  static final Pattern LINE =
      Pattern.compile("\"([^\"]+)\": \\{\"shape\": \\[([^\\]]*)\\], \"data\": \\[([^\\]]*)\\]\\},?");

  static Map<String, Numbers> read(String path) throws java.io.IOException {
    Map<String, Numbers> found = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of(path))) {
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) continue;
      int[] shape = Arrays.stream(parts.group(2).split(", ")).mapToInt(Integer::parseInt).toArray();
      String[] data = parts.group(3).split(", ");
      found.put(parts.group(1),
          new Numbers(shape, Arrays.stream(data).mapToDouble(Double::parseDouble).toArray()));
    }
    return found;
  }

  /** What differs most, in words, or null: by no more than the tolerance times the largest. */
  static String differs(Numbers golden, Numbers mine, double tolerance) {
    if (!Arrays.equals(golden.shape, mine.shape)) return ": another shape";
    double largest = Arrays.stream(golden.data).map(Math::abs).max().orElse(0), off = 0;
    int at = 0;
    for (int k = 0; k < golden.data.length; k++) {
      double error = Math.abs(mine.data[k] - golden.data[k]) / (largest > 0 ? largest : 1);
      if (!(error <= off) && off == off) { off = error; at = k; } // NaN is the worst
    }
    if (off <= tolerance) return null;
    int[] where = new int[golden.shape.length];
    for (int k = where.length - 1, rest = at; k >= 0; rest /= golden.shape[k--])
      where[k] = rest % golden.shape[k];
    return Arrays.toString(where) + ": " + mine.data[at] + ", expected " + golden.data[at];
  }

  public static void main(String[] words) throws java.io.IOException {
    Map<String, Numbers> golden = read(words[0]), mine = read(words[1]);
    double tolerance = words.length > 2 ? Double.parseDouble(words[2]) : 1e-12;
    int compared = 0, wrong = 0;
    for (var entry : mine.entrySet()) {
      Numbers right = golden.get(entry.getKey());
      if (right == null) continue;
      compared++;
      String said = differs(right, entry.getValue(), tolerance);
      if (said != null) { wrong++; System.out.println(entry.getKey() + said); }
    }
    System.out.println(compared + " arrays compared, " + wrong + " differ");
    System.exit(compared > 0 && wrong == 0 ? 0 : 1);
  }
}
