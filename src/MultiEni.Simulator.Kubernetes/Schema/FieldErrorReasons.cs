namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Reasons of the causes in a 422 answer, as the API server words them.</summary>
public static class FieldErrorReasons
{
    /// <summary>A mandatory field is absent.</summary>
    public const string Required = "FieldValueRequired";

    /// <summary>A value breaks a bound, a pattern or a rule.</summary>
    public const string Invalid = "FieldValueInvalid";

    /// <summary>A value is not among those that the field takes.</summary>
    public const string NotSupported = "FieldValueNotSupported";

    /// <summary>A value names something that does not exist.</summary>
    public const string NotFound = "FieldValueNotFound";

    /// <summary>A value has the wrong JSON type.</summary>
    public const string TypeInvalid = "FieldValueTypeInvalid";

    /// <summary>A string is longer than the field takes.</summary>
    public const string TooLong = "FieldValueTooLong";

    /// <summary>A list or map has more entries than the field takes.</summary>
    public const string TooMany = "FieldValueTooMany";

    /// <summary>Two entries of a set or of a map list are the same.</summary>
    public const string Duplicate = "FieldValueDuplicate";

    /// <summary>The field may not be set here.</summary>
    public const string Forbidden = "FieldValueForbidden";
}
