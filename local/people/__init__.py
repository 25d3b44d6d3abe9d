"""People of the embedded system: who signs in (an issuer of tokens), and the door to the analyst's console.

On AWS the issuer is the company's own and the console has an address of CloudFront's. Here a page lets anybody of three
made-up people in, and the door leads any browser to the distribution of the embedded CloudFront.
"""
