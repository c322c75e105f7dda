using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;

namespace Lakehouse.Storage.Internal.S3;

/// <summary>
/// The client of one bucket, with its retries and errors. The retries of the SDK are not used: they hide whether an earlier attempt may have been carried out,
/// which decides what a later "the object exists" means, and a request without an answer could wait for minutes.
/// </summary>
internal sealed class S3Client : IDisposable
{
    // The status that the SDK reports when there was no answer.
    private const HttpStatusCode NoAnswer = default;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly S3Options _options;
    private readonly TimeProvider _time;
    private readonly IJournal? _journal;
    private readonly Random _random = new();
    private readonly Lock _gate = new();

    public S3Client(S3Options options, TimeProvider time, IJournal? journal = null)
    {
        _journal = journal;
        _options = options;
        _time = time;
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            AuthenticationRegion = options.Region,

            // The trailing checksums that the SDK adds by default make Ceph refuse every chunked put.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 0,
            Timeout = options.Timeout,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        Sdk = options.AccessKey.Length > 0
            ? new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config)
            : new AmazonS3Client(config);
    }

    /// <summary>The SDK's client.</summary>
    public AmazonS3Client Sdk { get; }

    /// <summary>Sends a request, with retries, until it succeeds, fails permanently, or has failed too often.</summary>
    /// <param name="send">Sends the request once. Its first argument is the number of earlier attempts.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException"><c>s3_*</c> (<see cref="ErrorKind.Upstream"/>, <see cref="ErrorKind.Timeout"/>).</exception>
    public async Task<T> SendAsync<T>(Func<int, CancellationToken, Task<T>> send, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var late = new CancellationTokenSource(_options.Timeout, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            try
            {
                return await send(attempt, both.Token);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested && attempt < _options.Retries && CanSucceedLater(error))
            {
                await Task.Delay(PauseAfter(attempt), _time, cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is not LakehouseException && IsOfStore(error))
            {
                var told = Translate(error);
                _journal?.Record(told.Code, _options.Bucket, told.Message);
                throw told;
            }
        }
    }

    /// <summary>True for errors of the network or the S3 server.</summary>
    public static bool IsOfStore(Exception error) =>
        error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException or TimeoutException;

    /// <summary>True when a retry of the same request may succeed.</summary>
    public static bool CanSucceedLater(Exception error) => error switch
    {
        AmazonServiceException
        {
            StatusCode: HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
                or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        } => true,
        AmazonServiceException service => service.ErrorCode is "SlowDown" or "RequestTimeout" or "InternalError" or "ServiceUnavailable"
            || (service.StatusCode == NoAnswer && service.InnerException is not null),
        LakehouseException => false,
        _ => IsOfStore(error),
    };

    /// <summary>The error to show to a person. Chosen by the error code, because messages of servers can be empty. Never holds an access key.</summary>
    public LakehouseException Translate(Exception error) => error switch
    {
        LakehouseException known => known,
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => new LakehouseException(
            ErrorKind.Upstream, "s3_no_bucket", $"The S3 server has no bucket '{_options.Bucket}'. Create it, or correct its name.", error),
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } denied => new LakehouseException(
            ErrorKind.Upstream, "s3_denied", $"The S3 server refuses the credentials for the bucket '{_options.Bucket}' ({denied.ErrorCode}). Check "
                + "access_key, secret_key and the bucket's policy.", error),
        AmazonServiceException { StatusCode: not NoAnswer } answered => new LakehouseException(
            ErrorKind.Upstream, "s3_failed", $"The S3 server answered {(int)answered.StatusCode} ({answered.ErrorCode}) for the bucket '{_options.Bucket}'. "
                + "Try again; its log has the cause.", error),
        OperationCanceledException or TimeoutException => new LakehouseException(
            ErrorKind.Timeout, "s3_timeout", $"The S3 server did not answer for the bucket '{_options.Bucket}' within {_options.Timeout.TotalSeconds:0.###} "
                + $"s, {_options.Retries + 1} times over.", error),
        _ => new LakehouseException(
            ErrorKind.Upstream,
            "s3_unreachable",
            $"The S3 server of the bucket '{_options.Bucket}' cannot be reached, or breaks its connections. Check that it runs, and its endpoint.",
            error),
    };

    public void Dispose() => Sdk.Dispose();

    /// <summary>
    /// Backoff with jitter: the pause doubles with each attempt and is a random share of that between a half and the whole, so that clients that failed
    /// together do not retry together.
    /// </summary>
    private TimeSpan PauseAfter(int attempt)
    {
        var most = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, attempt));
        lock (_gate)
        {
            return TimeSpan.FromMilliseconds(most * (0.5 + (_random.NextDouble() / 2)));
        }
    }
}
