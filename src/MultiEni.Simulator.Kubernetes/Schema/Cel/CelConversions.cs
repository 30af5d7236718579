using System.Globalization;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The functions <c>int()</c>, <c>uint()</c>, <c>double()</c>, <c>string()</c>, <c>bool()</c>, <c>duration()</c> and <c>timestamp()</c>.</summary>
internal static class CelConversions
{
    public static CelValue ToInt(CelValue value) =>
        value.Kind switch
        {
            CelKind.Int => value,
            CelKind.Uint => value.AsUint <= long.MaxValue ? CelValue.Of((long)value.AsUint) : CelErrors.IntegerOverflow,
            CelKind.Double => value.AsDouble is > long.MinValue and < long.MaxValue ? CelValue.Of((long)value.AsDouble) : CelErrors.IntegerOverflow,
            CelKind.String => long.TryParse(value.AsString, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? CelValue.Of(number)
                : CelValue.Error($"type conversion error from 'string' to 'int'"),
            CelKind.Timestamp => CelValue.Of(new DateTimeOffset(value.AsInt, TimeSpan.Zero).ToUnixTimeSeconds()),
            _ => CelErrors.NoSuchOverload,
        };

    public static CelValue ToUint(CelValue value) =>
        value.Kind switch
        {
            CelKind.Uint => value,
            CelKind.Int => value.AsInt >= 0 ? CelValue.Of((ulong)value.AsInt) : CelErrors.UnsignedOverflow,
            CelKind.Double => value.AsDouble is >= 0 and < ulong.MaxValue ? CelValue.Of((ulong)value.AsDouble) : CelErrors.UnsignedOverflow,
            CelKind.String => ulong.TryParse(value.AsString, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? CelValue.Of(number)
                : CelValue.Error("type conversion error from 'string' to 'uint'"),
            _ => CelErrors.NoSuchOverload,
        };

    public static CelValue ToDouble(CelValue value) =>
        value.Kind switch
        {
            CelKind.Double => value,
            CelKind.Int => CelValue.Of((double)value.AsInt),
            CelKind.Uint => CelValue.Of((double)value.AsUint),
            CelKind.String => double.TryParse(value.AsString, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? CelValue.Of(number)
                : CelValue.Error("type conversion error from 'string' to 'double'"),
            _ => CelErrors.NoSuchOverload,
        };

    public static CelValue ToText(CelValue value) =>
        value.Kind is CelKind.Null or CelKind.List or CelKind.Map or CelKind.Optional or CelKind.Error
            ? CelErrors.NoSuchOverload
            : CelValue.Of(Describe(value));

    public static CelValue ToBool(CelValue value) =>
        value.Kind switch
        {
            CelKind.Bool => value,
            CelKind.String => value.AsString switch
            {
                "1" or "t" or "T" or "true" or "TRUE" or "True" => CelValue.Of(true),
                "0" or "f" or "F" or "false" or "FALSE" or "False" => CelValue.Of(false),
                _ => CelValue.Error("type conversion error from 'string' to 'bool'"),
            },
            _ => CelErrors.NoSuchOverload,
        };

    public static CelValue ToDuration(CelValue value) =>
        value.Kind switch
        {
            CelKind.Duration => value,
            CelKind.String => GoDuration.TryParse(value.AsString, out var span)
                ? CelValue.Duration(span)
                : CelValue.Error("type conversion error from 'string' to 'google.protobuf.Duration'"),
            _ => CelErrors.NoSuchOverload,
        };

    public static CelValue ToTimestamp(CelValue value) =>
        value.Kind switch
        {
            CelKind.Timestamp => value,
            CelKind.String => Rfc3339.TryParse(value.AsString, out var time)
                ? CelValue.Timestamp(time)
                : CelValue.Error("type conversion error from 'string' to 'google.protobuf.Timestamp'"),
            _ => CelErrors.NoSuchOverload,
        };

    public static string Describe(CelValue value) =>
        value.Kind switch
        {
            CelKind.Null => "null",
            CelKind.Bool => value.AsBool ? "true" : "false",
            CelKind.Int => value.AsInt.ToString(CultureInfo.InvariantCulture),
            CelKind.Uint => value.AsUint.ToString(CultureInfo.InvariantCulture),
            CelKind.Double => value.AsDouble.ToString("R", CultureInfo.InvariantCulture),
            CelKind.String => value.AsString,
            CelKind.Timestamp => new DateTimeOffset(value.AsInt, TimeSpan.Zero).ToString(
                "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
                CultureInfo.InvariantCulture
            ),
            CelKind.Duration => ((decimal)value.AsInt / TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture) + "s",
            _ => value.Kind.ToString(),
        };
}
