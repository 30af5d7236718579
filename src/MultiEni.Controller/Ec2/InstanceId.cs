using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Controller.Ec2;

/// <summary>Identifies an instance: `i-` and hexadecimal digits.</summary>
internal readonly record struct InstanceId : IParsable<InstanceId>
{
    private const string Prefix = "i-";
    private readonly string? _text;

    private InstanceId(string text) => _text = text;

    /// <summary>Reads the text that EC2 uses; throws <see cref="FormatException"/> for anything else.</summary>
    public static InstanceId Parse(string s) => Parse(s, provider: null);

    /// <inheritdoc cref="Parse(string)"/>
    public static InstanceId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException($"'{s}' is not of the form {Prefix}0123456789abcdef0");

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out InstanceId result)
    {
        var valid = HexadecimalIdentifier.Matches(s, Prefix);
        result = valid ? new InstanceId(s!) : default;
        return valid;
    }

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out InstanceId result) => TryParse(s, provider: null, out result);

    /// <summary>The text that EC2 uses; empty for a value that was never parsed.</summary>
    public override string ToString() => _text ?? "";
}
