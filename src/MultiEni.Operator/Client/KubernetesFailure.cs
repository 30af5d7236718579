namespace MultiEni.Operator.Client;

/// <summary>Tells the failures of a request, which a working program must expect, from bugs.</summary>
public static class KubernetesFailure
{
    /// <summary>Whether the server refused, or could not be reached, or gave no answer in time, or something else answered.</summary>
    public static bool Is(Exception failure) => failure is KubernetesApiException or HttpRequestException or IOException or TimeoutException;
}
